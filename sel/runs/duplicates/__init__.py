"""`sel diversify` by texts: records that say what others have said."""
