### Was statt eines Duplikats zu tun ist.

instead-see-my-requests = siehe „Meine Anfragen“
instead-you-can-use-already = Sie können ihn schon nutzen, siehe „Meine Konnektoren“
instead-ask-for-access-instead = fragen Sie stattdessen Zugriff darauf an
