A=$1
curl -sS -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"user":"ann","password":"hunter2"}' -c jar $A/login
curl -sS -o /dev/null -b jar -H 'Content-Type: application/json' -d '{"text":"one","owner":"ann@example.com"}' $A/notes --next -sS -o /dev/null -b jar $A/notes/1 --next -sS -o /dev/null -I -b jar $A/notes/1 --next -sS -o /dev/null -b jar -X DELETE $A/notes/1 --next -sS -o /dev/null -b jar $A/notes/1
curl -sS -o /dev/null --compressed "$A/big?q=a%20b&q=%C3%BC" --next -sS -o /dev/null $A/logo --next -sS -o /dev/null -N $A/events
curl -sS -o /dev/null -d 'a=1&b=x+y' $A/form
curl -sS -o /dev/null -H 'Authorization: Bearer abc.def' -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/json' -d '{"text":"two"}' $A/notes
