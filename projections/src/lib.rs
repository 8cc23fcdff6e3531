//! What planners and integrators read: read models, queries and the change stream.
