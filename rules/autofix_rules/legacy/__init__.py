"""Code written for versions of torch that are long gone."""
