package analyze

import "testing"

func TestOAuth1(t *testing.T) { testData(t, oauth1Analyzer()) }

func FuzzOAuth1(f *testing.F) {
	fuzzAnalyzer(f, oauth1Analyzer(),
		"oauth_problem=\"", "%2526oauth_problem%253D", `\u0026oauth_problem\u003dx`, "oauth_acceptable_timestamps=1-",
		"oauth problem", "blem=nonce_used", "OAuth realm=%", "oauth_parameters_absent=%26", "oauth_timestamp=99999999999999999999")
}
