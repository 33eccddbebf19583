package knowledge
import ("testing";"time";"fmt";"strings")
func TestZZ(t *testing.T){ b,_:=Builtin()
 for _,n:=range []int{100,500,1000,2000,4000,8000,40000}{
 var s strings.Builder
 for i:=range n { fmt.Fprintf(&s, "2026-02-03 04:%02d:%02d,%03d+0000 INFO [pool-3-thread-%d] org.example.stock.Counter - counted %d shelves in %d ms\n", i/60%60, i%60, i*7%1000, i%9, i%100, i*13%1000) }
 b.Diagnose(Input{Text:[]byte(s.String()),Now:testNow})
 st:=time.Now(); b.Diagnose(Input{Text:[]byte(s.String()),Now:testNow}); e:=time.Since(st); fmt.Println(n, s.Len(), e) }
 l:=b.layers[0]
 _ = l
}
