"""What all commands share: options, settings file, console, rendering."""
