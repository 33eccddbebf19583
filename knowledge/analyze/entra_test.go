package analyze

import "testing"

func TestEntra(t *testing.T) { testData(t, entraAnalyzer()) }

func FuzzEntra(f *testing.F) {
	fuzzAnalyzer(f, entraAnalyzer(), "AADSTS", "AADSTS50011", "error_codes:[1,2,", "AADSTS50011 timestamp: 2024-", "AADSTS50011 Trace ID: 0")
}
