// Package answer says which bytes a request is answered with: the server makes them, and the client checks them.
package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const items = 14

// Body is 1 KB of JSON that only this request has; body in faulty.py says the same.
func Body(method, target string, posted []byte) []byte {
	seed := digest(method + " " + target + "\n" + string(posted))
	made := make([]string, items)
	for i := range items {
		made[i] = `"` + digest(fmt.Sprintf("%s:%d", seed, i)) + `"`
	}
	return []byte(`{"request":"` + method + " " + target + `","items":[` + strings.Join(made, ",") + "]}")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
