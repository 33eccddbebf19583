package analyze

import "strings"

// providerSentences are what providers say in sentences of their own instead
// of, or beside, a word of the extension. Sources: Xero's OAuth 1.0a error
// page, WooCommerce's class WC_REST_Authentication and its legacy API (whose
// misspelt timestamp is meant), X's (Twitter's) error codes 32, 89 and 135.
var providerSentences = [...]struct {
	provider, sentence, problem string
	where                       byte // 'a': in an advice, 's': beside WooCommerce's error code, ' ': anywhere
}{
	{"xero", "does not match an expected", "token_rejected", 'a'},
	{"xero", "failed to validate signature", "signature_invalid", 'a'},
	{"xero", "the access token has expired", "token_expired", 'a'},
	{"xero", "the timestamp is too old", "timestamp_refused", 'a'},
	{"xero", "the nonce value", "nonce_used", ' '},
	{"woocommerce", "invalid timestamp", "timestamp_refused", 's'},
	{"woocommerce", "invalid timesatmp", "timestamp_refused", 's'},
	{"woocommerce", "invalid signature", "signature_invalid", 's'},
	{"woocommerce", "nonce has already been used", "nonce_used", 's'},
	{"woocommerce", "consumer key is invalid", "consumer_key_unknown", 's'},
	{"woocommerce", "parameter is missing", "parameter_absent", 's'},
	{"twitter", "timestamp out of bounds", "timestamp_refused", ' '},
	{"twitter", "invalid or expired token", "token_expired", ' '},
	{"", "invalid / expired token", "token_expired", ' '},
	{"twitter", "failed to validate oauth signature", "signature_invalid", ' '},
}

// sentences reads providerSentences.
func (r *oauth1Run) sentences(rec Record) {
	for i := range rec.Rows {
		row, low := &rec.Rows[i], r.lows[i]
		for _, s := range providerSentences {
			if s.where == 's' && !r.shop || s.where == 'a' && !r.advice || len(r.voices) >= Max {
				continue
			}
			n := strings.Index(low, s.sentence)
			if n < 0 || !r.means(i, s.sentence, n) {
				continue
			}
			at := place{i, n, n + len(s.sentence)}
			r.state(row, s.problem, at)
			if s.provider != "" {
				r.voices = append(r.voices, voice{at, s.provider})
			}
			if s.problem == "parameter_absent" {
				r.missing(row, i, n)
			}
		}
	}
}

// means reports whether a sentence that others say too stands where only its
// provider would say it.
func (r *oauth1Run) means(i int, sentence string, at int) bool {
	low := r.lows[i]
	near := low[max(0, at-200):min(len(low), at+200)]
	switch sentence {
	case "the nonce value":
		return strings.Contains(low[at:min(len(low), at+160)], "has already been used")
	case "invalid or expired token":
		// X's code 89, in JSON or printed by some language.
		return hasNumber(near, "89")
	}
	return true
}

// missing states the parameter that "oauth_x parameter is missing" names.
func (r *oauth1Run) missing(row *Row, i, at int) {
	end := len(strings.TrimRight(r.lows[i][:at], ` "'`))
	start := end
	for start > 0 && isWord(r.lows[i][start-1]) {
		start--
	}
	if name := r.lows[i][start:end]; strings.HasPrefix(name, "oauth_") {
		r.fact(row, "oauth1.parameters_absent", name, start, end)
	}
}
