namespace PerfKit.Query.Internal;

/// <summary>
/// The canonical decompositions (each one code point, or two) and combining classes of Unicode 14, deflated. Made from
/// UnicodeData.txt: count, then per code point the step to it, first * 4 + kind (0 single, 1 composes, 2 does not), second;
/// then count and the runs of equal combining class as step, length, class; numbers in LEB128. By Unicode's stability
/// policy no later version changes an entry; characters assigned later stay as they were written.
/// </summary>
internal static class NfcData
{
    public const string DeflatedBase64 = """
        TVcNbFvXdcZ5j4+PtOIkzp+dxLJlyz+xMTTNhnbD0G0dsA3thhZtF2BYNxTrsGVYu7UbUGxDf1DSpmTJphwpFh3SER3SFh0pkRzKlmIqFR1JkR
        zRkRKp0bMll3IkR2QoR45lR3bkREr2fefFQQSd7x7ee+6555577rnn1d3dK1VGwAsIEnYRdhNqCHu9Rp3xnFciFIlQJEKRCEdT7EuxL8W+FPqM
        bs7NciDLgSwHsm5fjdd0OOBwwOGAQy0F/DSrTFpg0gKTFpi0wKQFJi0waQFFIhSJUCTC0RT7UuxLsS9l0gLOzXIgy4EsB7JuHy3ggMMBhwMOtR
        Tw0yjoakaISxKManIEo4UcoI6G13FuHa2vo4I6Yw85ghEmB2gg1wDOjFBfhPoi1BehvghnRDgjQs0Rao5wRoRz49Qcp+Y4Z8Q5I84Zcc6I8yji
        9EaScknImSl6N8UNprhaiqulODfFuSmukeIaKWjxtHJaK9W3U1U7VBkd3FYHt9XBvg6q76BBHTDI6uZoN0e7OdrN0W6OdmPUk+WSWS6Z5ZJZLp
        k19pHb5zVznJvj3Bzn5jg3x7k5bnWEoyMcHaFVI7RqhHIjlBuh3Ajlxtg3xr4x9o3RsQ437XDTDi1waIFDCxxa4CBswRFoi2MS6AiHjpjialNc
        rUCu4HI4/TkaNEeD5ujxOXp8jkvOYcnNWeMZbusZ750OOQdceRVHq2hkilyKXJZclpxDziF3zQv7rtkEb5AcwcsBW0cD5AJeo4FyDZSLrQHECT
        H2xdBnxqkvTn3t5Nrd1Vq4GqD1Lsi1E6ZW08X3hXnSOKM4txXHtsxuXr9uvUc0I0IzYuRi5GbIzdiaBZ7ktggwCVwDQ/RJhiiBfRH2pdiXYl+K
        fSn2ZdmXZV+WfVn25diXY1+OfTn2Oexz2Oewz2HfiHGMZ36MJ00AZya51ST2YVfxUKrci6P5ADBJ50zSYQ45x9ZI3MN1Ad30X5ZQYJQUECV1Rm
        CdhNYZw+vkyLqg98uz96+aFztpYdeD6wF5Sxy2U4QCwFghRMqZYwitG4LehwrrES6RcsAg+xzCFKFAaFcRjkY2AFbYF9lABQArRy6Hgd9zKpiL
        KpCzRiqCXk8MnDVXwUPgQN2mam/ZTEW1t2IG3FpnE4U3UXgThCc3U3gThTlQt7nau26skt4E/PUkpskkpt3ZR65vEwHqwTEHss9BnzmzjemPMM
        nRSYzKFLkpys1UhKiewL4Zjt4id4ujye1MwIQuDnTBINgcoi0E9tW5ffvIAeLsi6PPbCfXDq7ViD/21h0Sf2z8Dkn+/jg55w5pBXdInK+O32FU
        AdbkAOc8yW/23OPrA5gjgC3nvtFzj1wgXCRcJ1RjQPYSjhNOA/4j/u3T90r82+fvvbv6Wz33yl6AcRrw+Nnv9txnXgJUXvhOz31ykXAdYB5H32
        WJf//cA2b8+6cfAHf+gbur/77nAdkL+MPcP55f+9XYD06vlTgh9oPza38Z++dz6/5v5V+dB+3YE86DEnvi3ING7In+B6UVP38d+9HphyROiP3o
        /EP7pfCTsw8bhZ+8+bBcA4efbz9cMPb+/NTGVScA1hnCBcL7gNW7ft61cdWZX1zfYJz5xeIGOfurwEbjDYD/zC8CG+85+0tMuw6wqn8FOEQ4Dl
        jd/8uujf8ZCcrxiun7IxPS9VUjrphSbFfsInoGiTvmJtlzjWjeIsqK9tReAGatKiPF2weo5f2q5f2qNY6SIxgd5ABxZpE4s0gD5Roo10C5Bso1
        UK6Bcg28ww28ww1GOzlAzodQHiHkfHwWfFputPOuE4w0OUByDV82QoxrxNynkQmT70CSfUn2Jblukusmmd+TfOKTXDfpPqHHyR1n9kozewGytD
        5L69uZNdtN5Y6SI9D6dlrfwb4O9k1eE6ZcxQ6Od7jj7eQAXdTTRT1dtKuLdnVxdhdnd7OvW3MV+7rdvg5yBGrpphaHdjm0y/HWkAN0rIKjuggd
        q6ie0MfV+kzl9pDbw5xLcLmj5ABz12nvFcUc18txvRFKjlByhJIjKrkKP68QgmXMv4TaD4QFj+IY54yZyh0lR6DGMWoc4w7GdAdGM7M8gd526G
        2How5Hk2VMj4TWMqYGwiTf+Em+8ZPUPEnNU3zBpviCTXGnU9zpFM92imc7RVumaMsUZ0xxxgz7Ztg3Q7kZLfjYV3Cf91183gmcMac7pvVztD6p
        W1DNLCYKrEVX4ABchqO8DASjlhyglkdUyyOq5XteaxO8HLB1dDc5QPCGsMJVrGWE1xFqGfV1hFpfLTnO8e0m586p1jlaPx7lNSBw7QjXjtBVEb
        qqlVa00opWWtFKK1ppRSutaKUVrbRiRtcvKKaoJ0U9KepOUXeWXNblaskBxqh7jLrHqHuMuseoe8zW0d3kAB03qbVLMbia9QQhuJolPiG4mj4j
        BFezzicEV9OZBIcrO6ZyteS4PBX0EbJU0EfIUkHfah3dTY4lPhX0EQoMlAIDpUB9BVP7askR6K8C/GUPlh/gI94IC5aEBiqCDyofVL5f+X6WCJ
        ReD+mkyqUUkyqXUkyqXErRoW6HuvtUblCxT+UGiaZDfQ71zehYQXFGJQoqMUUdU2rfLbVPEXxQ+aDy/cr3s2qhtNqncinFpMqlFJMql1IsUHdB
        7VO5QcU+lRtU7FO5QVeaugtqq8oVFGdUrqA448oprlD3itr9kdqtCD6oPHa2Qn0raquOpRSTKpFSiciGAyycaJ+ODSr2qcSgIvh+5ftZojXiK4
        4ixKAit0olKSoJfqyGKIIPKh9Uvl95StPsFM1OqlxKMalyKcWkK6c4WI7BdDnOGG1nOc4JbaYcPkXbU479c3wD9sDxDTCD4xtMhNSghhSwVrFO
        sUExohhTjCsmFVOKrYrtih2KXYrdillFhMSghgT1K9YpNihGFGOKccWkYkqxVbFdsUOxS7FbMasIjw2qx6hfsU6xQTGiGFOMKyYVU4qtiu2KHY
        pdit2KWcXB8moC3qa+z35TGGAMlsPtkyvauZ5C60MEuDW6Hi0kZsvNpAWhMZ05xZndnDnFmbFP2OlQPrEeFwVtM1t0rqzwpIFBRb0e1YQQa34M
        9a43C9TRukEvA8e4eIFKWtYbtz7lfGBQsZ+Ry2y9gV9lOr9cqhiLVYzFCJW0EyJcJcJVIho966VKw8/Cj8b1EjDNa673NnAnACPFaZOfsnOFi6
        fXI2IZcGzROWqZNQFDwgEjZTSXe9oMafT+tC9sZPDKE+8dI27s28+eMcUc8St19UArSTTbievqGoBGhPjwNaJZ9xQxQjSSxLU3BGzVAbBlXeyQ
        a+iQW4QG9kqEaOaUH1F+Uvkpoj2n/BXtr20kX0c0Y8rHiZW1EfJJxZRiO/Gxazr3huKgyueIdk5lRhTHFB3i1xIBU5oD5om7bp7Dz4VV7bvM2A
        +NLsWs4qDiiKKjOKVYULyieENxRbFqN9BsIBoxxSTRzhIFeOiHRk75nPKO8o7yM8rPKH9F+Svk18aoedWNEPDO9iq1UDGrOKg4ougoTikWFK8o
        3lBcUayqVgur1ULFZLVaWK0WVquFyueUd5R3lJ9Rfkb5K8pfqVYLqdnM7mFPn+KgYo7ouUHcVW8mLvlk9BQux02fJIo+GbjplaFrHml81pKFZb
        /SwFlLBvb7panNkgT4CXzBNp+0pXHZluUOn5SyPpl+zSc9Ib/UjHplvuSV2Wpblg7bspj0Scs+6HgTY4seGX/GkvoJyNTb0om5Swt+6b1sSdun
        SL7HfVL/uk+aD3pler9Plnsx96YlecRGy3teWXjalky1X6LLHsnXWbJ0ELqOeWX4HC4u9DWdsiUU8Ek07ZOFE7Dnqk+Guv3S8zu/lK76JT0Ae1
        +3JXDFlubDWCvql+UP/DJxDmudga4lSwLvwO7dPqk5YEvLGVtq4JP8Kb9MY7zmHUuGsb/S+7jHS6A5W/LXbGk74Zch2NIWwrr7LUmDFkahB+sM
        POuT8ZN+CeRhD/ZF/yyd98ksfNz0tiVDyAlNTbb0vgBdUUvmX4ONKx5pXrGkc8Ej6SJ88QLmYa3wYey535JQBvYfgW8c+H4Ke1/B2c1C79PIRk
        /7JBBHC32ZG9Czz5Jm2BMawDrv2tJzAD7BfntwnuNPY09HsKfXYfOHljTiK2sJ59CSw9m0+6XlLb/kF/2SuemX+UZLoi95Jf872PIxYuYDS3rD
        XgnUwx/4XgjfQkzshV3N8NsbtoxexVrwY/SWTzLP+SQchL5D0FdvSThiyWIKsYQYqTnj7qMZ5zz+Kfb/DNIr9rQ0YyNWbKn/0COzpyz1VekK/A
        p/DcWxzlFbSoi/6C7Y0oAzxBklXsY59fqlDfGRGYENdfjd5ZcQviGiiL1StSUZ6FmesWS2zT2LzH7YcMKWBdi4sNsvnYj3RCf6O/zSjD3P/wbx
        9YpXQpcRf4vYY8KW2edx5q/izEo4437MgY8zDTgnnHNbELpLlrRchR+x97ZlxBU+S/K97jlHO6G3wZKeBPzNeMIXVuZlvHR4ExrfhZ3QX/Mi1v
        gY/oNvQrhXaZxVDfa3HIMPbnhlEXN7Yfc0fF16Eb7FHvOXMI6zyvd4pQ3xmXgSa59DrE/aMjSL9iB0hjDnAuLjpkcmYogd2NGE84jegB2IzYki
        7nQeMYb7O9qFOwr70/0+6UR8tw37ZBhnFNgLOm6ZpX7LGD3pNZcQWy0xnPlL8CHiZuksdOCO9QzbMoHzWCogB6zYxlDaZ0yf95nTiIPFPX5Pz2
        vILaBEzi+jVyCHe53HPjKI/aY9iH2s08z7jRgdOIR4Qe6JphEzJ7E+7kBiEGPwXwY0inc5sQ9+RDwOITf1PI+zfdErAzjHRsR9HrmjtIA+xGhm
        H86uAT5O4m4iHyzB5mbYnAD1giZAi6BO2J8BBX6LnDKO9qIb080L+H0dPsX5NCLXdMLPswdcyuNO9g75ZAK+Ck2gbxI+Q/5IlNCHO8q9h3mOr+
        A+9eH+4fsm8/QWma73mVHkg3HktARiKYD4baSfwzgf+KD0tLv/8ecZt7izL6IPPhimD5CPR0E1b2HuJPIJzmgW1PwxfIgcMo3CJYP4S9S4/gns
        c300initP4yYTuD3EZw9fIbz1Fw7D5pATM7irjO/MPbn8S603XR9uBSw1Y9NWdxR+LInYmsMDOBORltsmW+FD9PIY2k3LuZBo8jNLS/Dj6A08u
        qA4/p0Hvl2/rLr26Vbrk+HDiE/IW/O/gZ+PIscMuz6dBl5AjGEuHb9yzzaed71c0ve9fM0YnYI93g2jJxwADF20vU5Y3H+tOv7tl7X/0MT7vvW
        0r9Z6kHjhytlMW/KdAA5J4jc+dRW6S1uRdxvl/BHiM1l/18Uv9RZZpx99FRZ2bFH+8rk2KP9gAt39SmC7//SKUKG0FMmZwhnCW8Qfks4R7gAMC
        6RKxIuE94nXOfAR4Rdj+JnNcDYT+4pcofIHSYcIRwjPP+oKu3maq9QyysUfqVseGchtOblpMe4os1dkSo2u2Wwds1zRzyS06bJEz+05vQxj6A5
        f8xz1Sik1rzc6hE06VYPf2VbPcsy077mxRfQq82K18mtSZ/wHFswLu4tLxyx5ZLbfLK3/H23ueo2C25zzW2uH7H/rlinkpfd5v06nXDdbfDrqv
        sLTe+wZxF3YhoUuu6RmtoKCXzs0fwwD6oJ4A7sRqyHLM0XPcjtS82mlDoqNHeMgupxl/KghZYKmU2Z0gS+E3eq7fkKyaOtx31LIxem0fLuLe/f
        IeNP4n1CTlw+Zso88mP0KdypA9ADGm8x9T7ezku8l414s6Mgvt3Nh9xcVQINo85ZBC1/gdJjFdK7G/cA7/gyKPy7CmlDnTUAiiZoP+5rEvcYb3
        LiKO403siJ55DrW6APdz/8AtZtc4l5oK0d/aCa45DLuPkxj3bgBPZ/0s3tmddAp/H7Fey9F3N6sJ8+yIDSzB/PbZIhyORB0SHYDqrJgVATJLo2
        ScupTZJ+E+/gKPSNwb43IIdckzllygIoMQG7J11KvLFJwhchc9F9r4dB0xObZBltdBq/P4JevL2hHhN1lpu7A0XYNQs7rmIu6sAo2sx7sBO0AA
        pdxRxQT58pi2gT1+BXUDPqj5pXTQmHN8sC2l6+YaAJEGvGoaadsoSaZiC2WSlUj5rulqXUdAZ3PFIppf3bUMtgLVD4NcQO3urOT+AL0CxqkRDe
        lVIO+xwy9Y0ZfWmzNCGfJpBP03vdvMq2dPvtqUNOBfWAlva7eZa1cm89612820/hTYpAD97a3kOYO7FZFmOsa6ETdU+4CfOfhczbm/E+4e1Cfm
        5GLZcZwxfRUegELaLWyqNNv2XqO5dGbdgSqJQw3rtp1PHNJ5C3J0x9+xJo68+bMoRYHwcFkNcX0N9ZhZx52PN5rg91Qzfy/TAojBzYfAG+QM3T
        iFpiqN99QzuPVkoG7TLqmNEhr+bJmrOQH8H6b2ItB3xXpcyjFp+eNiU0iXpnsFJGL8D+S7ABb8ly3n1P5kGd45XSVtokpfPQewl2FSpluYB+1L
        tN78BvqEGW5ty3m+9PM9ppUOM8+kvQi7Gea9D9AeyeM/VtagIN3KyUWdRemY8h9xF0L1dK9BP4JGjruzUPmpg3pWUX3ijcxTyoswrvTmsF3lzU
        2Ae2yEIYNUJ8iyQa3Pet9ynUB+ktEmjEb1L3Fhnt3SIl1KdtqOnSN0xpRE06jZbUhCTGzMf3sJH18DGsu4SzwLs4MbNFllpZk23Rmn8Z8duLdz
        K0gjoAVL9rqyx8inuFN4hv5vCerTIEmq3BO1S7VZZQ+y9/RnxP+U619bAORk0X8qA23CqZflu/dfjOhvd4JNqxVeuaUudWaXxpq9ZmbW/i3a71
        aH3TAuoBLby+VZoclzLnUSPVQ/fUVoninW4GNTVAfhb2oE4MRDySwPdEGBRAHRxd3irh97CPKOq39zEXdVIj6qTRGOQatknTU9tk9hDe1YPbpI
        TaaSm2TcZRv5c+dd/80rFtEm7dJgF8MyTatyFP4r0/VIk32SNDiNdwDd79hEeWavE95eAOZzEfNNxUKQsg3u960NIy5I56ZKARLWgRNIzvjYEI
        W/wGRfGNtDC5Tb+VFqPQ/QzqiDha1MSLaJuedWu5YdQhLfhOTIMWQBMz25CXsG4RLd7IAXwzDIMmWii3XepfgOytbbL4PN4svJYDK9tkqHq7tI
        HvPeF+kzadxLcOqQv77MS3UQZ56ZRb6yS6YTPaaA/WPw4dr6DOwTfw7Ivw+6uw71XO3y55fBcsgcY78E2D74N5vG2Zwe0SfX27LHXB/y9B3nFr
        I9ZF4/jGTxRgRwH6UI/Oo07Kv4ca6xZs7sUb9D5su4La9Sr1Vsjozc/qqOOPSOeLjyD34ft9D6gGNVD3IzKPdhrfXPmDaEELqLNmn0U9m8B39t
        uPSFsb+GHkF3xD5t97RKJveiT8EuotfL+F8T3euHeHlOp3SOYtxCwogJqsJbFDhhz8bt6h9RmpGTXaRPsOqcF3wvAk6jF8KzSN4FvoDXwvvAlb
        LsKvkzu0jgvg+2fxXfQVPdL5LnzwHvjqnTINvrFmp2TqdyImdsr8Dei8jDj8EDpAjUt+fMujDzR/C3rSOz8xAt77i/dLSTx5OFhkQqy8ZZw18B
        NYli+zxALvgysXRIpi5k2zaBqKnFIUzDLyBpk5MS4bn+PqYsKwivsNyYsHhuYFM+SigPEWvd681yhyiIjOWeqWVSJlIneIrBa5U+QukbtF1ojc
        I8a9htwncr/IA4asNWSdyIO6Jla+55u0boPIRpGKx+RhkfUi5XK7R2STyGYuBDMtPMHuovk1UvmEXfS7tgn2BPM+G9oiWzaqcvncSOwbPZ9t1N
        1LXlz+i2gUj4iNlMHfqyT/oKdo+YurzKLHKn7ZzP+Z60BP8UuwA36+s3jXF9dw9XKl23swb9ukpv+52GvE77m90r/rz8ek+KfK/PQLGJDbnE8e
        F/mHJ5T/ieG/R/y/IvNvhvjv9Pz4v4z/Uebn3zHy5fQl/if+SIIiuwwJeT27vGBomR/4dcn/t9iG4X9c8qOWWTxlG/4K8R/GWqjsh3GI9cKzpH
        mf+eMb4r/fR0c8hg3fPnNu5oun4eFO7hb/dndjdvFPDP/XxL7D8P+l2DH4wCOiUVk0NOIMG1GSt6XoMYpDn/nN9Tn5yyLn9DzOylZ8zyA4Zykg
        F8QN0dtHNUZ9hhg4f1Nw+F7qE+Pzw+QQV/t0rVnEvvw/rCie9VDLLCMe+zSmf2z4zr0HWWtVcadR/J5RPAhHbRN/FOLr7yn+jZl/RPz/JPZq8f
        PuqCPzWMpmqBW/Iv4PIdgB/z20y4sN2HkM4KnKvwMTDopVfHo1z6O4gzbhL2+J/5hr/GmPp7gHmp5hRH4ei578V74Qi31QvlP8d4n/j8UvYv+V
        WfwDw/91sb8l/lVi/1g7T4Ig913DRmQ8aBdXWcXfCmPMXifFf1GRZdHm1+L/X2V+Jn5canK7EQteseMQeFz894r/ezDQFP9uQ8Pkb8U/eUgs+b
        pd7PUb3uMx7OG1HcaEYYpXLok1sdqXx3qWka/wFKM459MP20XfmuK9QHjIKu417OIncMCfeoqzZXb+Z8gbYv8/
        """;
}
