package analyze

import "testing"

func TestHTTP(t *testing.T) { testData(t, httpAnalyzer()) }

func FuzzHTTP(f *testing.F) {
	fuzzAnalyzer(f, httpAnalyzer(), "401", "HTTP/1.1 ", "“403”", "\xe2\x80401", "GET /", "Location: /", "Date: ", "\x80\x80401", "method:GET", "E401", "redirect http")
}
