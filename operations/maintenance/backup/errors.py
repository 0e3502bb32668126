"""Why a backup command stops. Each message says what to do, and none holds the password."""


class BackupRefused(Exception):
    """Nothing was saved, deleted or restored."""


class NoTarget(BackupRefused):
    """No backup folder is named, or it cannot be used as one."""


class NoKey(BackupRefused):
    """The password file is missing, open to others, empty, or opens no key of this backup."""


class NotInstalled(BackupRefused):
    """The program restic is missing on this machine."""


class NotABackup(BackupRefused):
    """The folder holds no backup, one of another county or another format, or other files."""


class BackupBusy(BackupRefused):
    """Another process works on this backup."""


class DamagedBackup(BackupRefused):
    """The backup does not hold what was written."""


class BackupFailed(BackupRefused):
    """restic ended with an error that is none of the above; the message quotes it."""
