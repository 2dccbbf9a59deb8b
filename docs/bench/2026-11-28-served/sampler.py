# By hand: PSS and CPU time of the server, and busy time of the board, from /proc, 5 times a second.
import time,sys,os
pid=int(sys.argv[1]); out=open(sys.argv[2],'w')
while os.path.exists(f'/proc/{pid}'):
    pss=[int(l.split()[1]) for l in open(f'/proc/{pid}/smaps_rollup') if l.startswith('Pss:')][0]
    st=open(f'/proc/{pid}/stat').read().rsplit(')',1)[1].split()
    cpu=sum(map(int,st[11:15]))
    c=open('/proc/stat').readline().split()[1:]
    busy=sum(int(c[i]) for i in (0,1,2,5,6))
    out.write(f'{time.time():.3f} {pss} {cpu} {busy}\n'); out.flush()
    time.sleep(0.2)
