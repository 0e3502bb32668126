"""An Airflow of one's own on one machine: `kreishaus run` and `up`."""
