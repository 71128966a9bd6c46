"""A simulated market that answers the sources' own URLs in the formats they send, with known sensitivities.

Nothing in here was ever observed: every price, yield, holding and name is generated from a fixed
seed. `parameters` has the sensitivities and events, `adapter` replies to requests.
"""
