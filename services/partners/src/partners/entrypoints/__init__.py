"""The doors: HTTP, pages, Kafka, timers."""
