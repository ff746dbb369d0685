"""Questions to the view. All take a database from `worker.view.database.reader`, or a path."""
