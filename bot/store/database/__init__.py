"""The database itself: its engine, its tables, transactions, locks and rows."""
