"""The database: tables, migrations, and the stores: each owns the queries of its theme."""
