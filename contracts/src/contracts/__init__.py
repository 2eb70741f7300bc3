"""What crosses a border: topics, messages, schemas, examples."""
