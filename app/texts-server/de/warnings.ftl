### Was an einer Regel auffällt, bevor sie gespeichert wird.

warnings-ended-already = Die Regel ist schon beendet: Sie wird nie in Kraft sein.
warnings-denies-everything = Das verbietet allen alles, auch Ihnen.
warnings-denies-servers = Das verbietet allen diese Server, auch Ihnen.
warnings-no-tool = Kein Werkzeug der gewählten Server heißt „{ $name }“.
warnings-no-prompt = Kein Prompt der gewählten Server heißt „{ $name }“.
warnings-too-much = Es ist zu viel zum Zählen: Es sind mehr Personen betroffen, als hier genannt werden.
warnings-later = Manches davon beginnt oder endet später, mit den Daten der Regel.
warnings-untold = Noch sagt nichts Drawbridge etwas über „{ $path }“: Es fehlt in jedem Aufruf, also ist not_exists immer erfüllt und alles andere darüber nie.
warnings-counted-met = Ihre Bedingungen gelten hier als erfüllt: Sie erlaubt vielleicht weniger.
warnings-not-counted = Was ihre Bedingungen verbieten, hängt von jedem Aufruf ab und ist hier nicht mitgezählt; aufgezeichnete Aufrufe zeigen es.
warnings-last-access = { $person } darf Regeln ändern und verlöre den letzten Zugriff auf { $lists }. Wenn das nicht gewollt ist, behalten Sie eine andere Regel, die ihn erlaubt, oder legen Sie eine an.
warnings-last-access-more = Dasselbe gilt für weitere Personen, die Regeln ändern dürfen: { NUMBER($more) }.
warnings-nobody-left = Niemand könnte { $lists } noch nutzen. Lassen Sie jemandem eine Regel, die es erlaubt, oder schalten Sie aus, was niemand braucht.
