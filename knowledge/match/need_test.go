package match

import (
	"strings"
	"testing"
)

func TestNeeds(t *testing.T) {
	for _, tt := range []struct {
		pattern Pattern
		want    string
		anchor  int
	}{
		{Pattern{Literal: "Bad credentials"}, "15:bad credentials", 11},
		{Pattern{Regexp: `oauth_problem=(?P<problem>\w+)`}, "14:oauth_problem=", 13},
		{Pattern{Regexp: `re(?:direct|ply) UR[IL] '`}, "|4;14:redirect uri '14:redirect url '11:reply uri '11:reply url '", 5},
		{Pattern{Regexp: `(?:invalid_client|unauthorized_client).{0,40}AADSTS7000222`, Exact: true}, "&2;|2;14:invalid_client19:unauthorized_client13:aadsts7000222", 14},
		{Pattern{Regexp: `token (?:expired|revoked|unknown) at`}, "&2;6:token |3;10:expired at10:revoked at10:unknown at", 7},
		{Pattern{Regexp: `https?://login`}, "|2;13:https://login12:http://login", 5},
		{Pattern{Regexp: `(?i)[ck]lock ſkew`}, "|2;11:clock ſkew11:klock ſkew", 5},
		{Pattern{Regexp: `a{3}\d{2,}b+c{20}`}, "&2;3:aaa16:cccccccccccccccc", 16},
		{Pattern{Regexp: `foo?`}, "2:fo", 2},
		{Pattern{Regexp: `\d+|token`}, "*", 0},
		{Pattern{Regexp: `x*`}, "*", 0},
		{Pattern{Regexp: `^\s*(?:認証|失敗)\b$`}, "|2;6:認証6:失敗", 0},
		{Pattern{Regexp: `token\x{FFFD}`}, "5:token", 5},
	} {
		got, err := Needs(tt.pattern)
		if err != nil || got != tt.want {
			t.Errorf("Needs(%+v) = %q, %v, want %q", tt.pattern, got, err, tt.want)
		}
		if got := Anchor(tt.pattern); got != tt.anchor {
			t.Errorf("Anchor(%+v) = %d, want %d", tt.pattern, got, tt.anchor)
		}
		tt.pattern.Need = got
		if _, err := Compile([]Pattern{tt.pattern}); err != nil {
			t.Errorf("Compile(%+v): %v", tt.pattern, err)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, tt := range []struct {
		pattern Pattern
		want    string
	}{
		{Pattern{}, "exactly one"},
		{Pattern{Literal: "a", Regexp: "a"}, "exactly one"},
		{Pattern{Literal: "two\nlines"}, "line feed"},
		{Pattern{Literal: strings.Repeat("x", MaxPattern+1)}, "longer than"},
		{Pattern{Regexp: "(token"}, "missing closing )"},
		{Pattern{Regexp: "token(?=x)"}, "(?="},
		{Pattern{Regexp: "token", Need: "5:toke"}, "malformed need"},
		{Pattern{Regexp: "token", Need: "5:token*"}, "malformed need"},
		{Pattern{Regexp: "token", Need: "&2;*"}, "malformed need"},
		{Pattern{Regexp: "token", Need: "&99999999999;*"}, "malformed need"},
		{Pattern{Regexp: "token", Need: strings.Repeat("&1;", 5000) + "*"}, "malformed need"},
	} {
		_, err := Compile([]Pattern{{Literal: "good"}, tt.pattern})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "pattern 1: ") {
			t.Errorf("Compile(%.80v) = %v, want pattern 1: … %s", tt.pattern, err, tt.want)
		}
		if tt.pattern.Need == "" {
			if _, err := Needs(tt.pattern); err == nil {
				t.Errorf("Needs(%.80v) gives no error", tt.pattern)
			}
			if n := Anchor(tt.pattern); n != 0 {
				t.Errorf("Anchor(%.80v) = %d, want 0", tt.pattern, n)
			}
		}
	}
	// A regexp that is first parsed on a line matches nothing when it is not valid.
	if hits := compile(t, []Pattern{{Regexp: "(token", Need: "5:token"}}).Scan([]byte("token (token"), new(Scratch)); len(hits) != 0 {
		t.Errorf("an invalid regexp has hits %v", hits)
	}
}
