package analyze

import "strings"

// An oauth2Error is an error code: what it means, and whether other protocols
// use the word too.
type oauth2Error struct {
	code    string
	general bool
	meaning string
}

var oauth2Errors = [...]oauth2Error{
	{"invalid_grant", false, "the code, refresh token or assertion is not valid any more or belongs to another client or redirect URI; the client itself was accepted"},
	{"invalid_client", false, "the client did not prove who it is: wrong client id, secret or way of sending them"},
	{"unauthorized_client", false, "the client is known but may not use this kind of grant"},
	{"invalid_scope", false, "a scope is unknown, malformed or more than was granted"},
	{"insufficient_scope", false, "the token is good but lacks the scope that the resource needs"},
	{"unsupported_grant_type", false, "the authorization server does not offer this grant type"},
	{"unsupported_response_type", false, "the authorization server does not offer this response type"},
	{"unsupported_token_type", false, "the authorization server cannot revoke or inspect this kind of token"},
	{"redirect_uri_mismatch", false, "the redirect URI of the request is not one that is registered for the client"},
	{"invalid_redirect_uri", false, "the redirect URI of the request is not one that is registered for the client"},
	{"bad_verification_code", false, "GitHub does not take the code: used before or older than 10 minutes"},
	{"incorrect_client_credentials", false, "GitHub does not know this client id with this secret"},
	{"incorrect_device_code", false, "GitHub does not know the device code"},
	{"device_flow_disabled", false, "the device flow is switched off for the app"},
	{"unverified_user_email", false, "the user's primary e-mail address at GitHub is not verified"},
	{"authorization_pending", false, "the user has not confirmed the device yet; the client is to ask again"},
	{"expired_token", false, "the device code has run out"},
	{"interaction_required", false, "the user must do something that cannot happen silently, such as a second factor"},
	{"login_required", false, "the user must sign in again"},
	{"consent_required", false, "the user or an administrator must consent first"},
	{"account_selection_required", false, "the user must choose an account"},
	{"invalid_target", false, "the resource that the token is meant for is not known or not allowed"},
	{"invalid_resource", false, "the resource that the token is meant for is not known or not allowed"},
	{"invalid_dpop_proof", false, "the proof of possession does not fit the request"},
	{"use_dpop_nonce", false, "the server wants its nonce in the proof of possession"},
	{"invalid_request_uri", false, "the request_uri is not valid"},
	{"invalid_request_object", false, "the request object is not valid"},
	{"invalid_client_metadata", false, "the metadata of the client to register is not valid"},
	{"deleted_client", false, "the OAuth client was deleted"},
	{"disabled_client", false, "the OAuth client is switched off"},
	{"admin_policy_enforced", false, "a policy of the organisation forbids the access"},
	{"org_internal", false, "the client is only for users of its own organisation"},
	{"invalid_token_response", false, "the answer of the token endpoint could not be used; what it said stands with it"},
	{"invalid_user_info_response", false, "the answer of the user info endpoint could not be used; what it said stands with it"},
	{"authorization_request_not_found", false, "the callback came without the session that began the sign-in"},
	{"invalid_state_parameter", false, "the callback's state is not the one that the sign-in began with"},
	{"invalid_id_token", false, "the ID token was not accepted: issuer, audience, time, nonce or signature"},
	{"invalid_nonce", false, "the ID token's nonce is not the one of the request"},
	{"invalid_request", true, "a parameter is missing, repeated or malformed"},
	{"invalid_token", true, "the access token has run out, was revoked or is meant for something else"},
	{"access_denied", true, "the user or a policy refused the access"},
	{"server_error", true, "the authorization server failed"},
	{"temporarily_unavailable", true, "the authorization server is overloaded or in maintenance"},
	{"slow_down", true, "the client asks too often"},
}

// oauth2Sentences are beginnings of RFC 6749's own explanations of its codes
// (section 5.2), which servers show without the code.
var oauth2Sentences = [...]struct{ sentence, code string }{
	{"requested scope is invalid, unknown", "invalid_scope"},
	{"authorization grant is invalid, expired", "invalid_grant"},
	{"client authentication failed (e.g., unknown client", "invalid_client"},
	{"client is not authorized to request", "unauthorized_client"},
	{"grant type is not supported by the authorization server", "unsupported_grant_type"},
}

// sentences reads oauth2Sentences.
func (r *oauth2Run) sentences(rec Record) {
	for i := range rec.Rows {
		for _, s := range oauth2Sentences {
			if n := strings.Index(r.lows[i], s.sentence); n >= 0 {
				r.codes = append(r.codes, oauth2Code{place{i, n, n + len(s.sentence)}, s.code, oauth2Known(s.code), true})
			}
		}
	}
}

// oauth2Glued returns the code that a joined row runs together with the word
// after it ("invalid_grantat"), nil when there is none.
func oauth2Glued(ident string) *oauth2Error {
	for i := range oauth2Errors {
		if code := oauth2Errors[i].code; len(ident) > len(code) && letter(ident[len(code)]) && strings.HasPrefix(ident, code) {
			return &oauth2Errors[i]
		}
	}
	return nil
}

// oauth2Torn reports whether an unknown code is a known one that was cut, torn
// by a blank or run together with the next word.
func oauth2Torn(code string) bool {
	squashed := strings.ReplaceAll(code, "_", "")
	for i := range oauth2Errors {
		known := oauth2Errors[i].code
		if strings.HasPrefix(known, code) || strings.HasPrefix(code, known) || squashed == strings.ReplaceAll(known, "_", "") {
			return true
		}
	}
	return false
}

func oauth2Codes() []string {
	codes := make([]string, len(oauth2Errors))
	for i := range oauth2Errors {
		codes[i] = oauth2Errors[i].code
	}
	return codes
}

// oauth2Known returns the entry of a code, nil when there is none.
func oauth2Known(code string) *oauth2Error {
	if len(code) < len("slow_down") || !contains("iubradelctso", code[0]) {
		return nil
	}
	for i := range oauth2Errors {
		if oauth2Errors[i].code == code {
			return &oauth2Errors[i]
		}
	}
	return nil
}
