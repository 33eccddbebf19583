package analyze

import (
	"strings"
	"sync"
)

// isPrivateHost reports whether a host, in lower case, can be reached only
// from its own network: loopback and private addresses (RFC 1918, RFC 3927,
// RFC 4193, RFC 6598), names without a dot, and the endings that networks use
// for themselves (RFC 6762 appendix G).
func isPrivateHost(host string) bool {
	if strings.IndexByte(host, ':') >= 0 {
		return host == "::1" || strings.HasPrefix(host, "fe80:") || strings.HasPrefix(host, "fc") || strings.HasPrefix(host, "fd")
	}
	if octets, ok := maskedIPv4(host); ok {
		return isPrivateIPv4(octets)
	}
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 {
		return isBareName(host)
	}
	switch host[dot+1:] {
	case "local", "internal", "intern", "intra", "intranet", "corp", "lan", "home", "private", "localdomain", "localhost", "svc":
		return true
	}
	return strings.HasSuffix(host, ".home.arpa") || strings.HasSuffix(host, ".svc.cluster.local")
}

// isBareName reports whether a name without a dot is that of a machine rather
// than a placeholder that a person wrote for a name.
func isBareName(host string) bool {
	switch host {
	case "", "host", "hostname", "server", "url", "xxx", "xxxx", "xxxxx", "example", "domain", "your-domain", "mydomain", "baseurl", "base-url",
		"www", "foo", "bar", "instance", "myhost", "yourhost", "server-name", "redacted":
		return false
	}
	return letter(host[0]) && strings.IndexByte(host, '*') < 0 && strings.Trim(host, "x-_") != ""
}

// maskedIPv4 reads four octets; one that a person masked (x, xx, xxx, *, or
// another lone letter) is -1.
func maskedIPv4(host string) ([4]int, bool) {
	var octets [4]int
	i := 0
	for n := range 4 {
		if n > 0 {
			if i >= len(host) || host[i] != '.' {
				return octets, false
			}
			i++
		}
		start, value, masked := i, 0, false
		for i < len(host) && i-start < 3 && host[i] != '.' {
			switch c := host[i]; {
			case digit(c):
				value = value*10 + int(c-'0')
			case letter(c) || c == '*':
				masked = true
			default:
				return octets, false
			}
			i++
		}
		if i == start || value > 255 || masked && n == 0 {
			return octets, false
		}
		octets[n] = value
		if masked {
			octets[n] = -1
		}
	}
	return octets, i == len(host)
}

func isPrivateIPv4(o [4]int) bool {
	switch o[0] {
	case 10, 127:
		return true
	case 192:
		return o[1] == 168
	case 172:
		return o[1] >= 16 && o[1] <= 31
	case 169:
		return o[1] == 254
	case 100:
		return o[1] >= 64 && o[1] <= 127
	}
	return false
}

// bareAddress states a private address at i that stands outside a URL where
// the text says that something leads there. Logs are full of callers' private
// addresses, which say nothing.
func (u *urlReader) bareAddress(i int) {
	text := u.row.Text
	if i+1 < len(text) && !contains("0279", text[i+1]) {
		return
	}
	end := i
	dots, masked := 0, false
	for end < len(text) && end-i < 15 && (alphanumeric(text[end]) || text[end] == '.' || text[end] == '*') {
		if text[end] == '.' {
			if dots == 3 {
				break
			}
			dots++
		} else if !digit(text[end]) {
			masked = true
		}
		end++
	}
	if dots != 3 {
		return
	}
	octets, ok := maskedIPv4(asciiLower(text[i:end]))
	if !ok || !isPrivateIPv4(octets) || octets[0] == 127 {
		return
	}
	// 10.1.x.x may be a version, 192.168.x.x is none.
	if (!masked || octets[0] != 192) && !leadsThere(text[max(0, i-60):i]) {
		return
	}
	if u.count("url.private") < maxURLs {
		u.fact(&u.row, "url.private", asciiLower(text[i:end]), i, end)
	}
}

// leadingLexicon holds the words that say that an answer or a link points to
// an address.
var leadingLexicon = sync.OnceValue(func() *lexicon {
	return newLexicon(appendPhrases(nil, "location|redirect*|intern*|private|privaten|privé|points to|pointing to|zeigt auf|leads to|umgeleitet|weiterleit*|weitergeleitet|"+
		"redirig*|redirec*|apunta|内网|内部|重定向|跳转|プライベート|リダイレクト|リンク先|внутренн*|перенаправ*", 1))
})

// leadsThere reports whether the words before an address say that an answer
// or a link points to it.
func leadsThere(before string) bool {
	found := false
	leadingLexicon().scan(before, func(int, int, int) { found = true })
	return found
}
