"""The table of operators, one file for each family; ``autofix.operators.table`` looks rows up."""
