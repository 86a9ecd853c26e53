### Was an der Antwort auf eine Liste nicht stimmt, nach „seine Antwort auf `…`“.

answers-unreadable-error = ist ein nicht lesbarer Fehler
answers-belongs-another-request = gehört zu einer anderen Anfrage
answers-has-no-list-member = hat keine Liste `{ $member }`
