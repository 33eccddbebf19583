package analyze

import "testing"

func TestURL(t *testing.T) { testData(t, urlAnalyzer()) }

func FuzzURL(f *testing.F) {
	fuzzAnalyzer(f, urlAnalyzer(), "://", "http://[::1", "http://a@b:99999", "%3a%2f%2fx%3a80", "%253a%252f%252f", "192.168.x", "base url http://a link http://a:1/b",
		"proxyName=\"a\" http://a", "\xffhttp://\xff", "mismatched url ")
}
