"""The Korean calendar: public holidays and the lunar months that some of them depend on."""
