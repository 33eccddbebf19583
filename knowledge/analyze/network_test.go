package analyze

import "testing"

func TestNetwork(t *testing.T) { testData(t, networkAnalyzer()) }

func FuzzNetwork(f *testing.F) {
	fuzzAnalyzer(f, networkAnalyzer(), "CONNECT ", "Via: ", "Via: 1", "CONNECT a:1", "ECONNREFUSED")
}
