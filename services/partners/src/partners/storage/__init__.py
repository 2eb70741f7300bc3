"""Every line of SQL of this service: the tables, and one module per aggregate."""
