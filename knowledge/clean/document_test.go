package clean

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpans(t *testing.T) {
	for _, test := range []struct {
		name, text, find string
		want             []Span
	}{
		{"undamaged", "first\nsecond line\nthird", "second", []Span{{2, 0, 6}}},
		{"over a line end", "first\nsecond", "first\nsecond", []Span{{1, 0, 5}, {2, 0, 6}}},
		{"carriage return", "first\r\nsecond\r\n", "first\nsecond\n", []Span{{1, 0, 5}, {2, 0, 6}}},
		{"quoted", "hi\n> > status 401", "status", []Span{{2, 4, 10}}},
		{"entity", "a &lt;init&gt; b", "<init>", []Span{{1, 2, 14}}},
		{"behind an entity", "a &lt;init&gt; b", "init", []Span{{1, 6, 10}}},
		{"link", "at com.<http://jira.foo|jira.foo>.Bar", "jira.foo.Bar", []Span{{1, 24, 32}, {1, 33, 37}}},
		{"label", "see <https://x.example.com/a|here> now", "https://x.example.com/a", []Span{{1, 5, 28}}},
		{"quotes", "“401”", `"401"`, []Span{{1, 0, 9}}},
		{"joined", "x oauth_prob\nlem=y", "oauth_problem", []Span{{1, 2, 12}, {2, 0, 3}}},
		{"joined and quoted", "> x oauth_prob\n> lem=y", "oauth_problem", []Span{{1, 4, 14}, {2, 2, 5}}},
		{"decoded", `{"m":"a \"b\" \u0063"}`, `"b" c`, []Span{{1, 8, 20}}},
		{"twice decoded", `x=%2541%20b`, "A b", []Span{{1, 2, 11}}},
		{"split", "10%\rdone", "done", []Span{{1, 4, 8}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Clean(test.text)
			at := strings.Index(d.Text, test.find)
			if at < 0 {
				t.Fatalf("%q is not in %q", test.find, d.Text)
			}
			if diff := cmp.Diff(test.want, d.Spans(at, at+len(test.find))); diff != "" {
				t.Errorf("Spans of %q (-want +got):\n%s", test.find, diff)
			}
		})
	}
}

func TestOutsideBuf(t *testing.T) {
	d := Clean("one\ntwo")
	for _, offset := range []int{-1, len(d.Buf), len(d.Buf) + 5} {
		if got := d.RowAt(offset); got != -1 {
			t.Errorf("RowAt(%d) = %d, want -1", offset, got)
		}
	}
	if got := d.Spans(-3, 2); !cmp.Equal(got, []Span{{1, 0, 2}}) {
		t.Errorf("Spans(-3, 2) = %v, want the first two bytes", got)
	}
	if got := d.Spans(5, 3); got != nil {
		t.Errorf("Spans(5, 3) = %v, want none", got)
	}
	if d := Clean(""); len(d.Rows) != 0 || len(d.Records) != 0 || d.RowAt(0) != -1 || d.Spans(0, 1) != nil {
		t.Errorf("Clean of nothing has %d rows, %d records", len(d.Rows), len(d.Records))
	}
}

func TestRecordsAreBounded(t *testing.T) {
	d := Clean("2026-03-04 10:11:12,131 main ERROR [c.a.j.Foo] x\n" + strings.Repeat("\tat a.b.C(C.java:1)\n", 450))
	if len(d.Records) != 3 {
		t.Errorf("451 rows gave %d records, want 3", len(d.Records))
	}
	d = Clean(strings.Repeat(strings.Repeat("x", 9999)+"\n", 20))
	if len(d.Records) != 4 {
		t.Errorf("200 kB of text gave %d records, want 4", len(d.Records))
	}
}

func ExampleClean() {
	d := Clean("> HTTP 401 oauth_prob\n> lem=&quot;token_rejected&quot;")
	for i, row := range d.Rows {
		fmt.Println(row.View, d.RowText(i))
	}
	// Output:
	// plain HTTP 401 oauth_prob
	// plain lem=&quot;token_rejected&quot;
	// decoded lem="token_rejected"
	// joined HTTP 401 oauth_problem=&quot;token_rejected&quot;
	// decoded HTTP 401 oauth_problem="token_rejected"
	// joined HTTP 401 oauth_prob lem=&quot;token_rejected&quot;
}
