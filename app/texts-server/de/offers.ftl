### Was ein Server anbietet, mit Kommas verbunden.

offers-offer = { $offer }
offers-offer-offers = { $offer }, { $offers }
