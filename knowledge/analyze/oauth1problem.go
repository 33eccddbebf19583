package analyze

import "strings"

// oauth1Problems are the words of the Problem Reporting extension, with those
// that providers added, and what each means.
var oauth1Problems = [...]struct{ word, meaning string }{
	{"timestamp_refused", "the time in the request is too far from the answering server's clock"},
	{"signature_invalid", "the answering server computed another signature: other URL, other parameters or other key than the caller signed with"},
	{"consumer_key_unknown", "the answering server knows no consumer with the key that the caller sent"},
	{"consumer_key_rejected", "the answering server does not take this consumer key"},
	{"consumer_key_refused", "the answering server temporarily refuses this consumer key"},
	{"consumer_key_expired", "the consumer's credentials have run out"},
	{"token_rejected", "the answering server does not take the token: revoked, unknown to it, or of another kind than the step needs"},
	{"token_expired", "the token's lifetime is over"},
	{"token_revoked", "the user or an administrator withdrew the token"},
	{"token_used", "the request token was exchanged before"},
	{"nonce_used", "the same signed request arrived twice"},
	{"parameter_absent", "a required parameter did not arrive"},
	{"parameter_rejected", "a parameter was unexpected or malformed"},
	{"signature_method_rejected", "the answering server does not take this signature method"},
	{"version_rejected", "the answering server does not take this oauth_version"},
	{"additional_authorization_required", "the token is good, but the user must allow more for this resource"},
	{"permission_unknown", "the user has not decided yet whether to allow access"},
	{"permission_denied", "the user or the provider denied the consumer access"},
	{"user_refused", "the user or the address is temporarily not accepted, mostly a rate limit"},
	{"verifier_invalid", "the verifier does not belong to the request token"},
}

// knownProblem reports whether s is one of oauth1Problems.
func knownProblem(s string) bool { return problemMeaning(s) != "" }

// problemMeaning returns what a problem means, "" for an unknown one.
func problemMeaning(s string) string {
	// Most identifiers fail here, without a look at the table.
	if len(s) < len("nonce_used") || !strings.ContainsAny(s[:1], "tscnpvau") {
		return ""
	}
	for i := range oauth1Problems {
		if oauth1Problems[i].word == s {
			return oauth1Problems[i].meaning
		}
	}
	return ""
}

// generalProblem reports whether other APIs use the word as well, so that it
// says OAuth 1.0a only beside a sign of that.
func generalProblem(s string) bool {
	switch s {
	case "token_expired", "token_revoked", "token_used", "permission_denied", "permission_unknown", "user_refused":
		return true
	}
	return false
}

// properProblem reports whether no other protocol uses the word, so that an
// HTTP 401 beside it is sign enough.
func properProblem(s string) bool {
	switch s {
	case "signature_invalid", "version_rejected", "parameter_rejected", "parameter_absent", "verifier_invalid":
		return false
	}
	return !generalProblem(s)
}

// gluedProblem returns the known problem that a joined row runs together with
// the word after it ("token_rejectedat"), or that a blank tore ("token_re
// jected", read as token_re_jected); "" when s is neither.
func gluedProblem(s string) string {
	squashed := ""
	for i := range oauth1Problems {
		word := oauth1Problems[i].word
		if len(s) < len(word) || s[0] != word[0] {
			continue
		}
		if strings.HasPrefix(s, word) && letter(s[min(len(word), len(s)-1)]) {
			return word
		}
		if squashed == "" {
			squashed = strings.ReplaceAll(s, "_", "")
		}
		if squashed == strings.ReplaceAll(word, "_", "") {
			return word
		}
	}
	return ""
}

// completeProblem returns the one problem that begins with a cut word.
func completeProblem(cut string) string {
	if len(cut) < 7 {
		return ""
	}
	found := ""
	for i := range oauth1Problems {
		if strings.HasPrefix(oauth1Problems[i].word, cut) {
			if found != "" {
				return ""
			}
			found = oauth1Problems[i].word
		}
	}
	return found
}

// halfProblem reports whether several problems begin with the word.
func halfProblem(cut string) bool {
	for i := range oauth1Problems {
		if strings.HasPrefix(oauth1Problems[i].word, cut) {
			return true
		}
	}
	return false
}

// cutKey reports whether before ends in the tail of the key oauth_problem and
// nothing else stands directly before that.
func cutKey(before string) bool {
	n := len(before)
	for n > 0 && isWord(before[n-1]) {
		n--
	}
	tail := before[n:]
	return len(tail) >= 2 && strings.HasSuffix("oauth_problem", tail)
}

// canonicalProblem makes an identifier of a value: lower case, blanks and
// hyphens as underscores.
func canonicalProblem(s string) string {
	s = strings.TrimRight(asciiLower(s), ".,:;!?")
	if w, n := sentenceProblem(s); n > 0 {
		return w
	}
	if !strings.ContainsAny(s, " -") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, " ", "_"), "-", "_")
}

// sentenceProblem returns the word for a sentence with which Magento fills
// oauth_problem, and the sentence's length.
// Source: https://developer.adobe.com/commerce/webapi/get-started/authentication/oauth-errors/
// and the texts of its 2.x releases.
func sentenceProblem(s string) (string, int) {
	if len(s) < 12 {
		return "", 0
	}
	for _, x := range [...]struct{ sentence, word string }{
		{"consumer key has expired", "consumer_key_expired"},
		{"consumer key is not the correct length", "consumer_key_rejected"},
		{"a consumer having the specified key does not exist", "consumer_key_unknown"},
		{"a consumer with the specified key does not exist", "consumer_key_unknown"},
		{"specified token does not exist", "token_rejected"},
		{"token is not associated with the specified consumer", "token_rejected"},
		{"request token is not associated with the specified consumer", "token_rejected"},
		{"incorrect timestamp value", "timestamp_refused"},
		{"the nonce is already being used", "nonce_used"},
		{"invalid signature", "signature_invalid"},
		{"the signature is invalid", "signature_invalid"},
		{"one or more required parameters are missing", "parameter_absent"},
	} {
		if strings.HasPrefix(s, x.sentence) {
			return x.word, len(x.sentence)
		}
	}
	return "", 0
}

// looksLikeProblem reports whether an unknown value has the shape of a word:
// letters joined by underscores.
func looksLikeProblem(s string) bool {
	if len(s) < 6 || len(s) > 60 || strings.IndexByte(s, '_') < 1 || strings.HasSuffix(s, "_") || strings.HasPrefix(s, "oauth_") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
