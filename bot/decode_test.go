package bot

import (
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	type thing struct {
		A string
		B struct{ C int }
	}
	for in, want := range map[string]thing{
		`{"a":"x","b":{"c":2}}`:             {A: "x", B: struct{ C int }{2}},
		` {"a":7,"b":{"c":2}}`:              {B: struct{ C int }{2}},
		`{"a":"x","b":[1],"d":null}`:        {A: "x"},
		`{"a":"x","b":{"c":"many","d":{}}}`: {A: "x"},
	} {
		var got thing
		if err := Decode([]byte(in), &got); err != nil || got != want {
			t.Errorf("Decode(%s) = %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{``, `[]`, `"secret"`, `{"a":"secret"`, `secret`, `{"a":"secret"}}`} {
		var got thing
		if err := Decode([]byte(in), &got); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Decode(%s): %v", in, err)
		}
	}
}
