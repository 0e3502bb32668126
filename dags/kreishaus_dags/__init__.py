"""What the DAG files of this folder share; Airflow looks for no DAGs here."""
