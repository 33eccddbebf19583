package logline

import "testing"

func benchmark(b *testing.B, line string, want bool) {
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Parse(line); ok != want {
			b.Fatal(ok)
		}
	}
}

func BenchmarkJira(b *testing.B) {
	benchmark(b, "2023-04-06 22:10:26,299+0000 http-nio-8080-exec-12 url: /plugins/servlet/oauth/access-token; user: ann ERROR ann 1330x123456x1 1abc2de 10.1.2.3,127.0.0.1 /rest/applinks/3.0/status/5d2 [c.a.a.core.rest.ui.AuthenticationResource] Failed to authenticate", true)
}

func BenchmarkConfluence(b *testing.B) {
	benchmark(b, "2024-02-01 08:09:10,123 WARN [http-nio-8090-exec-3] [atlassian.applinks.core.DefaultStatus] getStatus Cannot reach remote", true)
}

func BenchmarkJSON(b *testing.B) {
	benchmark(b, `{"@timestamp":"2023-04-06T22:10:26.299+02:00","log.level":"ERROR","message":"Bad credentials","process.thread.name":"t1","log.logger":"c.e.X"}`, true)
}

func BenchmarkProse(b *testing.B) {
	benchmark(b, "Hello, since last week the integration [Jira] fails with a message that says nothing at all, please help us", false)
}

func BenchmarkFrame(b *testing.B) {
	benchmark(b, "	at com.atlassian.jira.plugins.dvcs.spi.github.GithubCommunicator.getRepositories(GithubCommunicator.java:212)", false)
}

func BenchmarkLower(b *testing.B) {
	benchmark(b, "com.atlassian.sal.api.net.ResponseStatusException: Unexpected response received. Status code: 401", false)
}
