package analyze

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestTLS(t *testing.T) { testData(t, tlsAnalyzer()) }

// testCertificate makes a certificate that signs itself.
func testCertificate(t testing.TB, name string, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestTLSPEM reads certificates that stand in a paste in the shapes that
// people and programs give them.
func TestTLSPEM(t *testing.T) {
	from := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	expired := testCertificate(t, "jira.example.com", from, from.AddDate(1, 0, 0))
	for name, text := range map[string]string{
		"lines":   "see\n" + expired + "end",
		"quoted":  "> " + strings.ReplaceAll(strings.TrimSpace(expired), "\n", "\n> "),
		"escaped": `{"cert":"` + strings.ReplaceAll(expired, "\n", `\n`) + `"}`,
		"joined":  strings.ReplaceAll(expired, "\n", " "),
	} {
		got := runAnalyzer(tlsAnalyzer(), "#time 2025-01-14T03:04:05Z\n"+text)
		for _, want := range []string{
			"tls.subject = CN=jira.example.com,O=Example @ -----BEGIN CERTIFICATE-----\n",
			"tls.issuer = CN=jira.example.com,O=Example @",
			"tls.not_before = 2024-01-02T03:04:05Z @",
			"tls.not_after = 2025-01-02T03:04:05Z @",
			"! The certificate of jira.example.com expired 12 d before the log line.\n",
			"! The certificate of jira.example.com is signed by itself",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s gave\n%s\nwithout %q", name, got, want)
			}
		}
	}
	for name, text := range map[string]string{
		"cut":     expired[:len(expired)-60],
		"damaged": strings.Replace(expired, "MII", "AAA", 1),
		"key":     "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
	} {
		if got := runAnalyzer(tlsAnalyzer(), text); got != "nothing\n" {
			t.Errorf("%s gave\n%s", name, got)
		}
	}
}

// TestTLSMany bounds the work that certificates cause.
func TestTLSMany(t *testing.T) {
	from := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	var text strings.Builder
	for i := range maxCertificates + 4 {
		text.WriteString(testCertificate(t, "host"+string(rune('a'+i))+".example", from, from.AddDate(9, 0, 0)))
	}
	rec, _ := testRecord(text.String())
	facts, _ := tlsAnalyzer().Run(rec, testNow)
	subjects := 0
	for _, f := range facts {
		if f.Name == "tls.subject" {
			subjects++
		}
	}
	if subjects != maxCertificates || len(facts) > Max {
		t.Errorf("%d subjects, %d facts; want %d and at most %d", subjects, len(facts), maxCertificates, Max)
	}
}

func FuzzTLS(f *testing.F) {
	from := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	fuzzAnalyzer(f, tlsAnalyzer(), testCertificate(f, "a.example", from, from.AddDate(1, 0, 0)), "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
		"certificate has expired current time 2", "notAfter=", "cert notAfter=Jun  1 12:00:00 2023 GMT", "cert issuer=/CN=", "subject: CN=\xff")
}
