"""The only place with SQL: tables, one module per aggregate, and the read models' queries."""
