"""The rules that come with autofix: one public module per rule, helpers behind a leading underscore."""
