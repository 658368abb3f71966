"""How people and systems write values: one module for each kind, and what a whole column of them is.

A cell is a text (of CSV and the like), or a value with a type (of Parquet, a workbook, a database, JSON).
`looks` says what one cell looks like, `columns` what a column of them is and what is in doubt, `stored` turns
a cell into what the database keeps.
"""
