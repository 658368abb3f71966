"""Leads and events as Arrow tables or Parquet files, scored in blocks without a database. Needs pyarrow."""
