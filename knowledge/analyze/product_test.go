package analyze

import "testing"

func TestProduct(t *testing.T) { testData(t, productAnalyzer()) }

func FuzzProduct(f *testing.F) {
	fuzzAnalyzer(f, productAnalyzer(), "aha", "Aha!", "jira v", "Jira 1.", "crowd", "aha与jira", "stash\xff", "github.com/")
}
