package analyze

import "testing"

func TestOAuth2(t *testing.T) { testData(t, oauth2Analyzer()) }

func TestBearer(t *testing.T) { testData(t, bearerAnalyzer()) }

func FuzzOAuth2(f *testing.F) {
	fuzzAnalyzer(f, oauth2Analyzer(),
		"error=", `{"error":"`, "invalid_grant (", "(invalid_grant) ", `oauth2: "invalid_client" "`, "invalid_scope: ",
		"error%3Daccess_denied%26error_description%3D", "redirect_uri=a:", "https://h/oauth", "://")
}

func FuzzBearer(f *testing.F) {
	fuzzAnalyzer(f, bearerAnalyzer(),
		"WWW-Authenticate:", `www-authenticate: bearer error="`, "WWW-Authenticate: Negotiate, NTLM", "bearer error=",
		`"www-authenticate":["Bearer error=\"invalid_token\""]`, "WWW-Authenticate header header:")
}
