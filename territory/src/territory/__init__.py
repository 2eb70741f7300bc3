"""The reference geography: communes and EPCI of Creuse, Corrèze and Allier."""
