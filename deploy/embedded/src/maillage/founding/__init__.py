"""The founding data: who takes part, who signs in, which programs hold a credential."""
