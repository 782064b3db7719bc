// A legacy that costs little: HTTP/1.1, each answer made from its request.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"

	"crossfade/bench/faults/answer"
)

func main() {
	address := flag.String("listen", "127.0.0.1:0", "host:port")
	flag.Parse()
	handler := func(w http.ResponseWriter, r *http.Request) {
		posted, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer.Body(r.Method, r.RequestURI, posted))
	}
	log.Fatal(http.ListenAndServe(*address, http.HandlerFunc(handler)))
}
