"""Real PostgreSQL and Apache Kafka on loopback, without Docker, Java or Maven on the machine."""
