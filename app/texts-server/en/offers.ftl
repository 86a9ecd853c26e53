### What a server offers, joined by commas.

offers-offer = { $offer }
offers-offer-offers = { $offer }, { $offers }
