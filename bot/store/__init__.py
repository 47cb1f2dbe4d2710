"""The database: tables, migrations, and the two classes that own all queries."""
