package analyze

import (
	"crypto/x509"
	"encoding/base64"
)

const (
	maxCertificates     = 16       // of one record
	maxCertificateBytes = 32 << 10 // of base64, of one certificate
)

// certificates reads the PEM certificates in rows: names, validity, and what
// follows from it.
func (t *tlsReader) certificates(rows []Row) {
	p := pemReader{}
	for _, row := range rows {
		p.line(t, row)
		if p.count >= maxCertificates {
			return
		}
	}
}

// A pemReader gathers the base64 between the two borders of a certificate. A
// chat or a JSON string may hold all of it on one line.
type pemReader struct {
	inside     bool
	body       []byte
	start, end int // of the first border in the document
	count      int
}

const (
	pemBegin = "-----begin "
	pemEnd   = "-----end "
	pemClose = "certificate-----"
)

func (p *pemReader) line(t *tlsReader, row Row) {
	text := row.Text
	for i := 0; i < len(text); {
		if !p.inside {
			k := foldedIndex(text[i:], pemBegin)
			if k < 0 {
				return
			}
			from := i + k
			i = from + len(pemBegin)
			if foldedPrefix(text[i:], "trusted ") {
				i += len("trusted ")
			}
			if foldedPrefix(text[i:], pemClose) {
				i += len(pemClose)
				p.inside, p.body = true, p.body[:0]
				p.start, p.end = from+row.Start, i+row.Start
			}
			continue
		}
		switch c := text[i]; {
		case c == '-' && foldedPrefix(text[i:], pemEnd):
			p.inside = false
			p.count++
			t.certificate(p.body, p.start, p.end)
			i += len(pemEnd)
			if p.count >= maxCertificates {
				return
			}
			continue
		case c == '\\':
			i++ // of \n, \r
		case alphanumeric(c) || c == '+' || c == '/':
			if len(p.body) < maxCertificateBytes {
				p.body = append(p.body, c)
			}
		}
		i++
	}
}

// certificate states what a certificate says of itself. What does not parse,
// such as one that a person shortened, is passed over.
func (t *tlsReader) certificate(body []byte, start, end int) {
	der := make([]byte, base64.RawStdEncoding.DecodedLen(len(body)))
	n, err := base64.RawStdEncoding.Decode(der, body)
	if err != nil {
		return
	}
	cert, err := x509.ParseCertificate(der[:n])
	if err != nil {
		return
	}
	subject, issuer := clip(oneLine(cert.Subject.String()), 256), clip(oneLine(cert.Issuer.String()), 256)
	t.add("tls.subject", subject, start, end)
	t.add("tls.issuer", issuer, start, end)
	t.add("tls.not_before", canonicalTime(cert.NotBefore), start, end)
	t.add("tls.not_after", canonicalTime(cert.NotAfter), start, end)
	what := "The certificate in the paste"
	if name := clip(oneLine(cert.Subject.CommonName), 128); name != "" {
		what = "The certificate of " + name
	}
	t.judge(what, "tls.not_after", cert.NotAfter, t.when, t.whenIs, start, end)
	t.judge(what, "tls.not_before", cert.NotBefore, t.when, t.whenIs, start, end)
	if subject == issuer && !cert.IsCA {
		t.find(what+" is signed by itself, so no other side trusts it unless it was imported there.",
			map[string]string{"subject": subject}, start, end)
	}
}
