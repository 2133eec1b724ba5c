"""The documents that `sel demo` writes; see NOTICE.md."""
