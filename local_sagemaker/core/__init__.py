"""The ground floor: every room of the service uses these modules, and they use none of the rooms."""
