//! How events come in: RabbitMQ consumers, the embedded broker, files and HTTP routes.
