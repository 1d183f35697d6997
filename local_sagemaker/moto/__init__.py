"""The other AWS services: moto answers for them, with the corrections made here."""
