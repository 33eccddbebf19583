package statement

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxValue is how many bytes a value may have.
const maxValue = 256

// A Value is what is inserted for a parameter. Its type bounds what it may
// hold:
//
//	string      any text of one line
//	identifier  letters, digits and . _ - only, such as a key or a user name; a literal like any other, never the name of a table
//	host        a DNS name (RFC 1123 section 2.1) or an IP address
//	url         an absolute http or https URL without user and password
//	int         a whole number that fits 64 bits
//	time        an RFC 3339 time
type Value struct {
	Type string
	Text string
}

// CheckType refuses a type that [Value] does not have.
func CheckType(typ string) error {
	switch typ {
	case "string", "identifier", "host", "url", "int", "time":
		return nil
	}
	return fmt.Errorf("type %q is unknown: write string, identifier, host, url, int or time", typ)
}

// Check refuses a value that its type does not allow. The error does not show
// the value.
func Check(v Value) error {
	if err := CheckType(v.Type); err != nil {
		return err
	}
	switch {
	case v.Text == "":
		return fmt.Errorf("the value is empty: give one")
	case len(v.Text) > maxValue:
		return fmt.Errorf("the value has %d bytes: at most %d are allowed", len(v.Text), maxValue)
	case !utf8.ValidString(v.Text):
		return fmt.Errorf("the value is not UTF-8: copy it again")
	}
	for _, r := range v.Text {
		if r < ' ' || unprintable(r) {
			return fmt.Errorf("the value holds the control character %U: remove it", r)
		}
	}
	switch v.Type {
	case "identifier":
		for _, c := range []byte(v.Text) {
			if !alnum(c) && c != '.' && c != '_' && c != '-' {
				return fmt.Errorf("the value is no identifier: only letters, digits, . _ and - are allowed")
			}
		}
	case "host":
		return checkHost(v.Text)
	case "url":
		return checkURL(v.Text)
	case "int":
		if n, err := strconv.ParseInt(v.Text, 10, 64); err != nil || strconv.FormatInt(n, 10) != v.Text {
			return fmt.Errorf("the value is no whole number: write digits only, without + or leading zeros")
		}
	case "time":
		if _, err := time.Parse(time.RFC3339Nano, v.Text); err != nil {
			return fmt.Errorf("the value is no time: write it as 2006-01-02T15:04:05Z (RFC 3339)")
		}
	}
	return nil
}

// unprintable reports whether a rune other than those below a blank has no
// place in a line: control characters, line separators, and what reverses the
// direction of the text around it, so that the eye reads something else than
// the machine.
func unprintable(r rune) bool {
	return r >= 0x7f && unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || r == 0xfeff ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

func alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// checkHost accepts names by RFC 1123 section 2.1 and addresses without a zone.
func checkHost(h string) error {
	if a, err := netip.ParseAddr(h); err == nil && a.Zone() == "" {
		return nil
	}
	name := strings.TrimSuffix(h, ".")
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return fmt.Errorf("the value is no host name: its parts have 1 to 63 letters, digits and inner hyphens")
		}
		for _, c := range []byte(label) {
			if !alnum(c) && c != '-' {
				return fmt.Errorf("the value is no host name: only letters, digits, - and . are allowed (write an international name as xn--…)")
			}
		}
		last = label
	}
	// 127.1 and 2130706433 are addresses to many programs.
	if len(name) > 253 || digits(last) {
		return fmt.Errorf("the value is no host name: it is too long or ends in a number")
	}
	return nil
}

// checkURL accepts absolute http and https URLs in the characters that RFC
// 3986 section 2 has. Brackets stand around an IPv6 address only: curl takes
// others for a range.
func checkURL(s string) error {
	for _, c := range []byte(s) {
		if !alnum(c) && !strings.ContainsRune("-._~:/?#[]@!$&'()*+,;=%", rune(c)) {
			return fmt.Errorf("the value is no URL: a character must be percent-encoded")
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("the value is no URL: write https://host/path")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("the value is no absolute http or https URL: write https://host/path")
	case u.User != nil:
		return fmt.Errorf("the URL holds a user or password: remove what stands before the @")
	case u.Port() == "" && strings.HasSuffix(u.Host, ":"), u.Port() != "" && !port(u.Port()):
		return fmt.Errorf("the URL's port is not between 1 and 65535: correct it")
	case strings.ContainsAny(strings.TrimPrefix(s[len(u.Scheme):], "://"+u.Host), "[]"):
		return fmt.Errorf("the URL holds a bracket outside the host: write it as %%5B or %%5D")
	}
	return checkHost(u.Hostname())
}

func port(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && digits(s) && n >= 1 && n <= 65535
}
